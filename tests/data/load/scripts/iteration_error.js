export const options = { iterations: 3 };
export default function () {
  if (__ITER === 1) throw new Error('spilled');
}
