/** What a process did to its files, one after the other. A name stands for one inode at a time. */
export type DiskOp =
  | { readonly kind: "create"; readonly name: string; readonly ino: number }
  | { readonly kind: "write"; readonly ino: number; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly ino: number; readonly size: number }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "unlink"; readonly name: string }
  | { readonly kind: "sync"; readonly ino: number }
  /** Makes the names of a folder durable. */
  | { readonly kind: "sync_folder"; readonly folder: string }
  /** Nothing: a moment before or after a call. */
  | { readonly kind: "moment"; readonly label: string };

export type NameOp = Extract<DiskOp, { readonly kind: "create" | "rename" | "unlink" }>;
export type DataOp = Extract<DiskOp, { readonly kind: "write" | "truncate" }>;

/** A sector of a disk is written whole or not at all. */
export const SECTOR = 512;
