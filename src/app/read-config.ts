/**
 * The reader of pasted configs that the API is given: the ingester's own, so both read alike. It is
 * loaded when the first config is pasted.
 */
import { PlimsollError } from "../errors.ts";
import type { ConfigReading } from "../schema/context.ts";

/** Reads the text of a `config.json`; what cannot be read is refused in the answer. */
export async function readPastedConfig(text: string): Promise<ConfigReading> {
  const { normalizeConfig, parseConfigText } = await import("../ingest/normalize/index.ts");
  try {
    return normalizeConfig({ id: null, config: parseConfigText(text) });
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    const issue = { code: error.code, field: "config", message: error.message };
    const nothing = { facts: {}, origins: {}, used: [], ignored: [] };
    return { outcome: "refused", reason: error.message, issues: [issue], ...nothing };
  }
}
