export const options = { iterations: 1 };
export default function () {
  new ArrayBuffer(1024 * 1024 * 1024).slice(0);
}
