import { render } from "preact";
import { App } from "./app.tsx";
import { startClock } from "./live/clock.ts";
import { startLive } from "./live/live.ts";
import { startRouter } from "./live/router.ts";
import { recallSession } from "./live/session.ts";
import { startTheme } from "./live/theme.ts";

startTheme();
startRouter();
startClock();
void recallSession();
startLive();

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
