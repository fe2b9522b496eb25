/** The whole corpus. */
import type { Attack } from "./attack.ts";
import { documents } from "./documents.ts";
import { http } from "./http/index.ts";
import { language } from "./language.ts";
import { operators } from "./operators.ts";
import { values } from "./values.ts";
import { websocket } from "./websocket.ts";

export const corpus: readonly Attack[] = [
  ...documents,
  ...values,
  ...language,
  ...operators,
  ...http,
  ...websocket,
];
