/**
 * Everybody who follows the same operation over event streams. Who is behind catches up alone, from the
 * log; who has caught up is a member of the group, and the group writes each event to all members in
 * one go. A member joins when it has seen all that the group has, in the same step in which that is
 * found; and one whose buffer is full leaves, to catch up alone once it has taken that. Each knows its
 * position, so nothing is lost or doubled on the way.
 */
import type { GraphQLError } from "graphql";
import type { CatalogEvent, EventFeed, EventFilter } from "../../events/feed.ts";
import { COMPLETE, type EventStream, message } from "./event-stream.ts";

/** One event as every subscriber of the group is sent it. */
export interface Told {
  bytes: Buffer;
  /** True when it could not be answered: the stream ends, and the client does not take it for seen. */
  last: boolean;
}

export interface Member {
  stream: EventStream;
  /** Number of the last event that it was sent or that was not for it. */
  position: number;
}

export interface GroupOptions {
  feed: EventFeed;
  filter: EventFilter | null | undefined;
  tell: (event: CatalogEvent) => Promise<Told>;
  mask: (error: unknown) => GraphQLError;
}

export class LiveGroup {
  readonly #options: GroupOptions;
  readonly #members = new Set<Member>();
  #position = 0;
  /** Null while there is no member, and nothing is followed. */
  #following: AbortController | null = null;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /** Sends a subscriber what it has not seen, then everything as it happens. */
  async follow(member: Member): Promise<void> {
    const { feed, filter, tell } = this.#options;
    const { stream } = member;
    const leaving = new AbortController();
    stream.onGone = () => leaving.abort();
    try {
      while (!stream.ended && !this.#join(member)) {
        const part = await feed.next(member.position, filter, leaving.signal);
        for (const event of part.events) {
          const { bytes, last } = await tell(event);
          if (!stream.send(bytes) && !(await stream.drained())) return;
          if (last) return stream.end(COMPLETE);
          member.position = event.number;
        }
        member.position = part.position;
      }
    } catch (error) {
      this.#fail(member, error);
    }
  }

  #join(member: Member): boolean {
    const reached = this.#following ? this.#position : this.#options.feed.newest;
    if (member.position < reached) return false;
    this.#members.add(member);
    member.stream.onGone = () => this.#leave(member);
    if (!this.#following) {
      this.#position = member.position;
      this.#following = new AbortController();
      void this.#run(this.#following);
    }
    return true;
  }

  #leave(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.#following?.abort();
    this.#following = null;
  }

  async #run(following: AbortController): Promise<void> {
    const { feed, filter, tell } = this.#options;
    try {
      while (this.#following === following) {
        const part = await feed.next(this.#position, filter, following.signal);
        const all: [number, Told][] = [];
        for (const event of part.events) all.push([event.number, await tell(event)]);
        if (this.#following !== following) return;
        this.#position = part.position;
        if (all.length > 0) for (const member of this.#members) this.#deliver(member, all);
      }
    } catch (error) {
      for (const member of this.#members) this.#fail(member, error);
    }
  }

  #deliver(member: Member, all: [number, Told][]): void {
    const { stream } = member;
    for (const [number, { bytes, last }] of all) {
      if (number <= member.position) continue;
      const more = stream.send(bytes);
      if (last) {
        stream.end(COMPLETE);
        return;
      }
      member.position = number;
      if (more) continue;
      this.#leave(member);
      void this.#resume(member);
      return;
    }
  }

  async #resume(member: Member): Promise<void> {
    if (await member.stream.drained()) await this.follow(member);
  }

  #fail({ stream }: Member, error: unknown): void {
    const json = JSON.stringify({ errors: [this.#options.mask(error)] });
    stream.end(message("next", json) + COMPLETE);
  }
}
