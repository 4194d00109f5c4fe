export const options = { vus: 'many', duration: '10s' };
export default function () {}
