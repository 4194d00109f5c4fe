export const options = { iterations: 1 };
export default function () {
  const dig = (n) => dig(n + 1) + 1;
  dig(0);
}
