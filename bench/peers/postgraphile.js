/**
 * PostGraphile 5 over the same tables. Memory is a function in the database, because that is where
 * PostGraphile computes; the bench makes it.
 */
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { ready } from "./ready.js";

const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  // It would hide the order by downloads, because its index is partial.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ["public"],
      // As the others' connections: they stay open from round to round.
      poolConfig: { max: 10, idleTimeoutMillis: 0, options: "-c random_page_cost=1.1" },
    }),
  ],
  grafast: { explain: false },
  grafserv: { graphqlPath: "/graphql", watch: false },
});
const server = createServer();
const serv = pgl.createServ(grafserv);
await serv.addTo(server);
server.listen(0, "127.0.0.1", () => ready(server));
