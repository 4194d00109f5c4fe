const x = undefined;
x.y;
export default function () {}
