const drinks = [];
while (drinks.length < 3) {
  drinks.concat('espresso');
}
export default function () {}
