import type { Metrics } from "../../core/metrics.ts";
import type { LinkEnd } from "../../flow/link.ts";
import type { FrameKind } from "./frameBudget.ts";
import type { FrameCode } from "./frameCodes.ts";

/** Metrics of streams; frames and bytes are summed here and added to the metrics at intervals. */
export class StreamMeasures {
  sentFrames = 0;
  sentBytes = 0;
  receivedFrames = 0;
  receivedBytes = 0;
  readonly #metrics;

  constructor(metrics: Metrics) {
    this.#metrics = {
      open: metrics.gauge("assay_streams", "Streams that miners have open"),
      opened: metrics.counter("assay_streams_opened_total", "Streams upgraded"),
      ended: metrics.counter("assay_streams_ended_total", "Streams ended", ["reason"]),
      frames: metrics.counter("assay_stream_frames_total", "Frames on streams", ["direction"]),
      bytes: metrics.counter("assay_stream_frame_bytes_total", "Payload of frames on streams", ["direction"]),
      faulty: metrics.counter("assay_stream_faulty_frames_total", "Frames answered with an error", ["code"]),
      flooded: metrics.counter(
        "assay_stream_floods_total",
        "Streams ended because their miner sent too much of a kind",
        ["kind"],
      ),
      unsaid: metrics.counter("assay_stream_replies_dropped_total", "Replies to miners that do not read"),
    };
  }

  opened(): void {
    this.#metrics.opened.add();
  }

  ended(reason: LinkEnd): void {
    this.#metrics.ended.add({ reason });
  }

  faulty(code: FrameCode): void {
    this.#metrics.faulty.add({ code });
  }

  flooded(kind: FrameKind): void {
    this.#metrics.flooded.add({ kind });
  }

  replyDropped(): void {
    this.#metrics.unsaid.add();
  }

  publish(open: number): void {
    const { frames, bytes } = this.#metrics;
    this.#metrics.open.set(open);
    frames.add({ direction: "out" }, this.sentFrames);
    frames.add({ direction: "in" }, this.receivedFrames);
    bytes.add({ direction: "out" }, this.sentBytes);
    bytes.add({ direction: "in" }, this.receivedBytes);
    this.sentFrames = this.sentBytes = this.receivedFrames = this.receivedBytes = 0;
  }
}
