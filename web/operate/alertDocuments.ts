/** What the page reads of `GET /v1/admin/alerts`. */
export interface AlertItem {
  readonly rule: string;
  readonly severity: string;
  readonly state: string;
  readonly text: string;
  readonly since: number | null;
  readonly muted_until: number | null;
}

export interface AlertList {
  readonly items: readonly AlertItem[];
}
