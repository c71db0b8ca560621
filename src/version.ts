import manifest from '../package.json' with { type: 'json' };

/** The version of sf-ops, from its package manifest. */
export const VERSION: string = manifest.version;
