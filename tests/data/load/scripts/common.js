const { value } = require('./standard.js');
exports.named = (x) => x * 2;
exports.seven = value;
