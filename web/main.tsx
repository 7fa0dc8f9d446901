import { render } from "preact";
import { App } from "./app.tsx";
import { startClock } from "./live/clock.ts";
import { startLive } from "./live/live.ts";
import { startRouter } from "./live/router.ts";
import { recallSession, sessionEnded } from "./live/session.ts";
import { startTheme } from "./live/theme.ts";
import { whenUnauthorized } from "./read/api.ts";

startTheme();
startRouter();
startClock();
whenUnauthorized(sessionEnded);
void recallSession();
startLive();

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
