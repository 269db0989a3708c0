import assert from "node:assert/strict";

class Cart {
  constructor(prices) {
    this.prices = prices;
    this.items = {};
  }

  add(name, count = 1) {
    if (!(name in this.prices)) {
      throw new Error(`there is no ${name} in this shop`);
    }
    this.items[name] = (this.items[name] ?? 0) + count;
    return this;
  }

  remove(name) {
    delete this.items[name];
    return this;
  }

  /** The sum in cents; every third piece of a kind is free. */
  total() {
    let cents = 0;
    for (const [name, count] of Object.entries(this.items)) {
      const paid = count - Math.floor(count / 3);
      cents += paid * this.prices[name];
    }
    return cents;
  }
}

const cart = new Cart({ apple: 40, bread: 250, cheese: 399 });
cart.add("apple", 7).add("bread").add("cheese", 2);
assert.equal(cart.total(), 5 * 40 + 250 + 2 * 399);
cart.remove("cheese");
assert.equal(cart.total(), 450);
assert.throws(() => cart.add("melon"), /no melon/);
console.log("all tests passed");
