import type { Handlers } from "../http/handlers.ts";
import { OperatorSessions, sessionsMax } from "../http/session/operatorSessions.ts";
import type { Parts } from "./parts.ts";

/** Log-ins on the dashboard, each in the log. */
export function operatorSessionHandlers({ clock, random, log }: Pick<Parts, "clock" | "random" | "log">) {
  const sessions = new OperatorSessions();
  return {
    openOperatorSession: () => {
      const { id, endsAt, dropped } = sessions.open(clock.nowMs(), random);
      if (dropped) log.warn("operator_session_dropped", { limit: sessionsMax });
      log.info("operator_logged_in", { until: endsAt, sessions: sessions.size });
      return id;
    },
    operatorSessionEnd: (id) => sessions.endOf(id, clock.nowMs()),
    endOperatorSession: (id) => {
      sessions.end(id);
      log.info("operator_logged_out", { sessions: sessions.size });
    },
  } satisfies Partial<Handlers>;
}
