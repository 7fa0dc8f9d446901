import { Type } from "typebox";
import { jsonText } from "../wire/jsonText.ts";
import type { Route } from "./route.ts";

/** The OpenAPI document of all routes, made at the first request. */
export function documentRoute(openapi: () => object): Route {
  let text: Buffer | null = null;
  return {
    method: "GET",
    url: "/openapi.json",
    operation: {
      id: "openapi",
      tag: "operation",
      summary: "This document",
      description:
        "OpenAPI 3.1 of all routes; x-problem-codes lists the codes with which an operation can refuse.",
      answers: { 200: { description: "OpenAPI 3.1", schema: Type.Object({}) } },
      problems: [],
    },
    serve: (_request, reply) => {
      text ??= Buffer.from(JSON.stringify(openapi()));
      return jsonText(reply, text);
    },
  };
}
