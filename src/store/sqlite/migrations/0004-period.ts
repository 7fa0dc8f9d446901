/** The number of a vector is its weighing period, no epoch of challenges. */
export const period = `
ALTER TABLE vectors RENAME COLUMN epoch TO period;
`;
