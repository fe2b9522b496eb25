/** Tells the bench, which started this process, where the server listens. */
export function ready(server) {
  console.log(`ready ${server.address().port}`);
}
