/** Texts are ordered by their bytes, as in the embedded store, whatever the locale of the database. */
export function inBytes(tables: string): string {
  return tables.replaceAll(/\btext\b(?=[ ,)])/g, 'text COLLATE "C"');
}
