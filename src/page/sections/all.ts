import { conflictSection } from "./conflict.ts";
import { costSection } from "./cost.ts";
import { fleetSection } from "./fleet.ts";
import { conditionsSection, whySection } from "./grounds.ts";
import { growthSection } from "./growth.ts";
import { tornadoSection } from "./matters.ts";
import { ruledOutSection } from "./ruled-out.ts";
import type { Place, Shown } from "./shown.ts";
import { volumeSection } from "./volume.ts";
import { workloadsSection } from "./workloads.ts";

/** The sections below the verdict, in reading order; null where a policy has nothing to show there. */
export function sectionsOf(shown: Shown, place: Place): readonly (HTMLElement | null)[] {
  return [
    conflictSection(shown),
    whySection(shown),
    workloadsSection(shown),
    costSection(shown, place),
    volumeSection(shown, place),
    growthSection(shown, place),
    tornadoSection(shown, place),
    fleetSection(shown, place),
    conditionsSection(shown),
    ruledOutSection(shown, place),
  ];
}
