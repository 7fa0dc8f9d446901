/** Structured log: an event name and its data, never with secrets. */
export interface Log {
  debug(event: string, data?: object): void;
  info(event: string, data?: object): void;
  warn(event: string, data?: object): void;
  error(event: string, data?: object): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
