import { createHmac } from "node:crypto";
import { type AlertSource, type Batch, type Format, type Notice, runbookOf } from "./notice.ts";

function alertOf({ rule, state, severity, text, value, threshold, since, firedAt, resolvedAt }: Notice) {
  return {
    ...{ rule, state, severity, text, value, threshold, since },
    ...{ fired_at: firedAt, resolved_at: resolvedAt, runbook: runbookOf(rule) },
  };
}

function documentOf(
  { id, at, changes, firing, test }: Batch,
  { validator, network, netuid, version }: AlertSource,
) {
  return {
    ...{ version: 1, id, sent_at: at, test },
    validator: { hotkey: validator, network, netuid, version },
    alerts: changes.map(alertOf),
    firing: firing.length,
  };
}

/** HMAC-SHA256 over `TIMESTAMP.BODY`, hex: the receiver checks both, and the age of the timestamp against repetition. */
export function signatureOf(secret: Uint8Array, timestamp: string, body: string): string {
  return createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
}

/** JSON with the alerts that changed, signed with a secret that the receiver has too. */
export function webhookFormat(secret: Uint8Array): Format {
  return (batch, source) => {
    const body = JSON.stringify(documentOf(batch, source));
    const timestamp = `${Math.floor(batch.at / 1000)}`;
    return {
      headers: {
        "content-type": "application/json",
        "assay-delivery": batch.id,
        "assay-timestamp": timestamp,
        "assay-signature": `sha256=${signatureOf(secret, timestamp, body)}`,
      },
      body,
    };
  };
}
