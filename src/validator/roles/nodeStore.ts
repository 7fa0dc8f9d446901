import type { Store } from "../../flow/store.ts";

export interface WorkingNode {
  readonly token: number;
  /** Whether it checks what it admits itself. */
  checks(): boolean;
}

/** The store with everything that a process records under its token, so that what another process took over stays with it. */
export function nodeStore(store: Store, node: WorkingNode): Store {
  return {
    ...store,
    admit: (submission) => store.admit(node.checks() ? { ...submission, node: node.token } : submission),
    decide: (decision) => store.decide({ ...decision, node: node.token }),
    recordDraws: (groups) => store.recordDraws(groups.map((group) => ({ ...group, node: node.token }))),
    updateCustomerJob: (update) => store.updateCustomerJob({ ...update, node: node.token }),
  };
}
