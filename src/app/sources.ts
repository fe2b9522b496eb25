/**
 * Every source of a configuration, put together with what it needs. Sources that are switched off are
 * among them without a schedule: they can still be read once by name.
 */
import type { Config } from "../config.ts";
import { loadOrganizations } from "../ingest/organizations.ts";
import type { Source } from "../ingest/source.ts";
import { editorialSource } from "../ingest/sources/editorial.ts";
import { fileSource } from "../ingest/sources/file/index.ts";
import { ggufSource } from "../ingest/sources/gguf/index.ts";
import { createHuggingFaceSource } from "../ingest/sources/hugging-face/index.ts";
import { measurementsSource } from "../ingest/sources/measurements.ts";
import { modelsDevSource } from "../ingest/sources/models-dev.ts";
import { modelScopeSource } from "../ingest/sources/modelscope/index.ts";
import { ollamaSource } from "../ingest/sources/ollama/index.ts";
import { openRouterSource } from "../ingest/sources/openrouter.ts";
import { overridesSource } from "../ingest/sources/overrides/index.ts";
import { snapshotSource } from "../ingest/sources/snapshot.ts";

export interface PlannedSource {
  source: Source;
  /** Cron expression in UTC; null: not on schedule. */
  schedule: string | null;
  /** Ships with the program: read at every start, which costs nothing when nothing changed. */
  bundled: boolean;
  /** False for a source that is only read when asked for by name. */
  enabled: boolean;
  /** Path to watch: the source is read at start and whenever something changes there. */
  watch?: string;
}

export interface HubSelection {
  /** Instead of the curated list. */
  organizations?: string[] | undefined;
  /** Most models of each organization. */
  limit?: number | undefined;
}

/** Every source of this configuration. */
export function plannedSources(config: Config, selection: HubSelection = {}): PlannedSource[] {
  const { endpoint, token } = config.hub;
  const chosen = selection.organizations ?? config.hub.organizations;
  const { enabled, gguf, modelsDev, openRouter, modelScope, ollama, file } = config.sources;
  const hub = createHuggingFaceSource({
    endpoint,
    token,
    organizations: chosen ?? loadOrganizations().map(({ id }) => id),
    // A whole mirror is one listing, which a limit made for one organization would cut.
    limitPerOrganization: selection.limit ?? (chosen?.includes("*") ? 100_000 : 200),
    trending: chosen ? 0 : 100,
  });
  const quantizations = ggufSource({ endpoint, token, limitPerOwner: 10_000, ...gguf });
  // What is written by hand waits for its models, so that each is told once, complete.
  const bundled = [editorialSource(), overridesSource(), measurementsSource(), snapshotSource()];
  const upstream: [Source, { schedule: string | null }][] = [
    [hub, config.hub],
    [quantizations, gguf],
    [modelsDevSource(modelsDev.url), modelsDev],
    [openRouterSource(openRouter.url), openRouter],
    [modelScopeSource(modelScope.url), modelScope],
    [ollamaSource({ endpoint: ollama.url }), ollama],
  ];
  const planned: PlannedSource[] = [
    ...bundled.map((source) => ({ source, schedule: null, bundled: true, enabled: true })),
    ...upstream.map(([source, { schedule }]) => {
      const isEnabled = enabled.some((id) => id === source.id);
      return { source, schedule: isEnabled ? schedule : null, bundled: false, enabled: isEnabled };
    }),
  ];
  if (file.path === null) return planned;
  const own = { source: fileSource(file.path), bundled: false };
  const watched = { enabled: true, schedule: file.schedule, watch: file.path };
  return [
    ...planned,
    enabled.includes("file") ? { ...own, ...watched } : { ...own, schedule: null, enabled: false },
  ];
}
