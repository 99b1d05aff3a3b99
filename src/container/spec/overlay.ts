// A workspace over the folder that it stands on, as the engine's kernel mounts it, and the reading of such a mount.
import { isDeepStrictEqual } from "node:util";
import type { Beneath } from "../run.ts";
import type { OverlayBody } from "./body.ts";

/**
 * https://docs.kernel.org/filesystems/overlayfs.html: `redirect_dir` lets a run rename folders that it has only from below; the others
 * would keep parts of a file below, or look for it there by its number. No program of it runs as somebody else, no file of it is a device.
 */
const fixed = "redirect_dir=on,metacopy=off,index=off,nosuid,nodev";

/** Paths that stand for themselves among mount options, where `,`, `:` and `\` do not. */
const plain = /^\/[\w@%+=.~/-]+$/;

/** Whether a workspace in such a folder can be mounted so. */
export function isMountable(folder: string): boolean {
  return plain.test(folder);
}

/** The mount: what is written goes to `workspace`, what is read and not there comes from below. */
export function overlay(
  workspace: string,
  { folder, work }: Beneath,
  Target: string,
  isReadOnly: boolean,
): OverlayBody {
  const o = `lowerdir=${folder},upperdir=${workspace},workdir=${work},${fixed}${isReadOnly ? ",ro" : ""}`;
  const DriverConfig = { Name: "local", Options: { type: "overlay", device: "overlay", o } } as const;
  return { Type: "volume", Target, VolumeOptions: { NoCopy: true, DriverConfig } };
}

export interface OverlayFolders {
  readonly beneath: Beneath;
  readonly workspace: string;
  readonly isReadOnly: boolean;
}

/** What such a mount is of; null where it is anything else but what `overlay` makes. */
export function readOverlay(mount: OverlayBody): OverlayFolders | null {
  const { o = "" } = mount.VolumeOptions?.DriverConfig?.Options ?? {};
  const [, folder = "", workspace = "", work = ""] =
    /^lowerdir=([^,]+),upperdir=([^,]+),workdir=([^,]+),/.exec(o) ?? [];
  if (![folder, workspace, work].every(isMountable)) return null;
  const isReadOnly = o.endsWith(",ro");
  const beneath = { folder, work };
  const isSame = isDeepStrictEqual(mount, overlay(workspace, beneath, mount.Target, isReadOnly));
  return isSame ? { beneath, workspace, isReadOnly } : null;
}
