import { millis, object, orNull } from "./schemas.ts";

export const operatorSession = object({ ends_at: orNull(millis) });
