/**
 * Imported before everything else. Libraries that look at NODE_ENV check themselves on every call
 * unless it says production, which is what this program runs in unless somebody says otherwise. A bundle
 * evaluates what `main` imports itself ahead of this; those libraries come with what it loads later.
 */
process.env.NODE_ENV ??= "production";
