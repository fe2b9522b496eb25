/** Mercurius with graphql-jit over hand-written resolvers: `resolvers.js`, or another file. */
import Fastify from "fastify";
import mercurius from "mercurius";
import { ready } from "./ready.js";
import { typeDefs } from "./schema.js";

const { resolvers, context } = await import(process.argv[2] ?? "./resolvers.js");
const app = Fastify();
await app.register(mercurius, { schema: typeDefs, resolvers, context, jit: 1 });
await app.listen({ port: 0, host: "127.0.0.1" });
ready(app.server);
