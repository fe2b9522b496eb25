/** The bundled measurements: every one can be read, is of a bundled model, and bears the estimates out. */
import { expect, it } from "vitest";
import { runSource } from "../../src/ingest/runner.ts";
import { measurementsSource } from "../../src/ingest/sources/measurements.ts";
import { silentLog } from "../../src/log.ts";
import { BUNDLED, useCatalog } from "../schema/catalog.ts";

const catalog = useCatalog(BUNDLED);

it("are all readable, and nearer to the estimates than a mistaken unit would be", async () => {
  const http = { request: () => Promise.reject(new Error("nothing is fetched")) };
  const { signal } = new AbortController();
  const report = await runSource(measurementsSource(), {
    db: catalog.db,
    http,
    log: silentLog,
    signal,
  });
  expect(report).toMatchObject({ skipped: 0, failedPages: 0, quarantined: 0 });
  const rows = await catalog.db.query.measurements.findMany({ columns: { huggingFaceId: true } });
  const ids = [...new Set(rows.map((row) => row.huggingFaceId))];
  expect(ids.length).toBeGreaterThan(0);
  for (const id of ids) {
    const query = `query ($id: String!) {
      model(huggingFaceId: $id) { measurements { quant error { fraction } estimateReason } }
    }`;
    const { measurements } = (await catalog.ask(query, { id })).model;
    for (const { quant, error, estimateReason } of measurements) {
      expect(estimateReason, `${id} ${quant}`).toBeNull();
      expect(Math.abs(error.fraction), `${id} ${quant}`).toBeLessThan(0.05);
    }
  }
});
