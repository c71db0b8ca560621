import { listHelp } from './help.js';

/** `sf-ops --help`. The build puts the text in the place of this module, so that no start has to make it. */
export const FRONT_PAGE = listHelp(null);
