/** The number of a vector is its weighing period, not an epoch of challenges. */
export const period = `
ALTER TABLE vectors RENAME COLUMN epoch TO period;
`;
