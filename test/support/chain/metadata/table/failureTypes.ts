import type { TypeRow, VariantRows } from "../tableRows.ts";

function plain(names: readonly string[]): VariantRows {
  return Object.fromEntries(names.map((name, index) => [name, [index]]));
}

/** Why a dispatched call failed, and why an extrinsic is not valid. */
export const failureTypes: Readonly<Record<string, TypeRow>> = {
  DispatchError: {
    path: ["sp_runtime", "DispatchError"],
    variants: {
      ...{ Other: [0], CannotLookup: [1], BadOrigin: [2], Module: [3, ["ModuleError"]] },
      ...{ ConsumerRemaining: [4], NoProviders: [5], TooManyConsumers: [6], Token: [7, ["TokenError"]] },
      ...{ Arithmetic: [8, ["ArithmeticError"]], Transactional: [9, ["TransactionalError"]] },
      ...{ Exhausted: [10], Corruption: [11], Unavailable: [12], RootNotAllowed: [13] },
      Trie: [14, ["TrieError"]],
    },
  },
  ModuleError: { path: ["sp_runtime", "ModuleError"], fields: { index: "u8", error: "[u8; 4]" } },
  TokenError: {
    path: ["sp_runtime", "TokenError"],
    variants: plain([
      ...["FundsUnavailable", "OnlyProvider", "BelowMinimum", "CannotCreate", "UnknownAsset"],
      ...["Frozen", "Unsupported", "CannotCreateHold", "NotExpendable", "Blocked"],
    ]),
  },
  ArithmeticError: {
    path: ["sp_arithmetic", "ArithmeticError"],
    variants: plain(["Underflow", "Overflow", "DivisionByZero"]),
  },
  TransactionalError: {
    path: ["sp_runtime", "TransactionalError"],
    variants: plain(["LimitReached", "NoLayer"]),
  },
  TrieError: {
    path: ["sp_runtime", "proving_trie", "TrieError"],
    variants: plain([
      ...["InvalidStateRoot", "IncompleteDatabase", "ValueAtIncompleteKey", "DecoderError", "InvalidHash"],
      ...["DuplicateKey", "ExtraneousNode", "ExtraneousValue", "ExtraneousHashReference"],
      ...["InvalidChildReference", "ValueMismatch", "IncompleteProof", "RootMismatch", "DecodeError"],
    ]),
  },
  TransactionSource: {
    path: ["sp_runtime", "transaction_validity", "TransactionSource"],
    variants: plain(["InBlock", "Local", "External"]),
  },
  ValidTransaction: {
    path: ["sp_runtime", "transaction_validity", "ValidTransaction"],
    fields: {
      ...{ priority: "u64", requires: "Vec<Vec<u8>>", provides: "Vec<Vec<u8>>" },
      ...{ longevity: "u64", propagate: "bool" },
    },
  },
  TransactionValidityError: {
    path: ["sp_runtime", "transaction_validity", "TransactionValidityError"],
    variants: { Invalid: [0, ["InvalidTransaction"]], Unknown: [1, ["UnknownTransaction"]] },
  },
  InvalidTransaction: {
    path: ["sp_runtime", "transaction_validity", "InvalidTransaction"],
    variants: {
      ...{ Call: [0], Payment: [1], Future: [2], Stale: [3], BadProof: [4], AncientBirthBlock: [5] },
      ...{ ExhaustsResources: [6], Custom: [7, ["u8"]], BadMandatory: [8], MandatoryValidation: [9] },
      ...{ BadSigner: [10], IndeterminateImplicit: [11], UnknownOrigin: [12] },
    },
  },
  UnknownTransaction: {
    path: ["sp_runtime", "transaction_validity", "UnknownTransaction"],
    variants: { CannotLookup: [0], NoUnsignedValidator: [1], Custom: [2, ["u8"]] },
  },
};
