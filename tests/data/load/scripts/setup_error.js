export function setup() {
  throw new Error('no beans');
}
export default function () {}
