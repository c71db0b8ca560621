/**
 * Names that Shaken Fist resolves to a URL by itself, perhaps with a version (`debian:12`), and that this program knows.
 * The list is the cluster's, not ours: another release may know more.
 */
const KNOWN_IMAGES = ['cirros', 'debian', 'ubuntu'];

const BARE_NAME = /^[a-z0-9][a-z0-9._-]*(:[a-z0-9][a-z0-9._-]*)?$/i;

export function isBareImageName(url: string): boolean {
  return BARE_NAME.test(url);
}

/** A warning for a bare name that this program does not know; null where there is nothing to say. */
export function imageNameWarning(url: string): string | null {
  const [name] = url.split(':');
  if (!isBareImageName(url) || KNOWN_IMAGES.includes(name!.toLowerCase())) return null;
  return `the image name ${url} is not one that sf-ops knows (${KNOWN_IMAGES.join(', ')}): the cluster may not resolve it`;
}
