/**
 * The seal: how many writes the store has acknowledged, and a value drawn with each group of them. The same stands in the
 * mark beside the file, so that a store that lost its end, or another one in its place, is noticed.
 */
export const identity = `
CREATE TABLE seal (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  writes INTEGER NOT NULL,
  head TEXT NOT NULL,
  before_writes INTEGER NOT NULL,
  before_head TEXT NOT NULL
) STRICT;
INSERT INTO seal VALUES (0, 0, '', 0, '');
`;
