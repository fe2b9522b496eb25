/** The local Hub: what tests and `scripts/hub-server.ts` use of it. */
export type { Fault, Matcher } from "./faults.ts";
export { byName, contextWith, fixtureRepos, listAll, sourceAt } from "./fixture-hub.ts";
export { reposFromFolder } from "./folder.ts";
export type { HubRepo } from "./repository.ts";
export { type HubServer, type HubServerOptions, startHubServer } from "./server.ts";
export { isSharedCorpus, reposFromCorpus, reposFromShared } from "./shared-corpus.ts";
