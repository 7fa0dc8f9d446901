/** Park and Miller's generator: the same seed gives the same numbers, from 0 to below `most`. */
export function seeded(seed: number): (most: number) => number {
  let state = (seed % 2_147_483_646) + 1;
  return (most) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * most);
  };
}
