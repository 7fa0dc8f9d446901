/**
 * What the challenges of an epoch are made with, and when it ends: NULL for epochs that earlier versions committed. Numbers of
 * epochs of different lengths have no order, so retention needs the time.
 */
export const epochTerms = `
ALTER TABLE epochs ADD COLUMN terms TEXT;
ALTER TABLE epochs ADD COLUMN ends_at REAL;
`;
