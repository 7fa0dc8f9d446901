import { type AttackName, attacks, type Target } from "./attacks.ts";

// An attacker in a process of its own: the parent's message says what to do, and its end ends this.

process.once("message", (order) => {
  const { name, target } = order as { name: AttackName; target: Target };
  void attacks[name](target);
});
process.once("disconnect", () => process.exit(0));
