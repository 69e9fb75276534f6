// Can the vendors serve what the agents ask for: their languages, voices, key terms? Asked once, before anything listens.
// What a vendor takes is known in its own folder; that a definition is well formed was checked when it was read.

import type { EngineConfig } from '../config.js';
import { VENDOR_NAMES, vendor } from '../providers/vendor_settings.js';
import { secretsIn } from '../tools/tool_definition.js';
import type { AgentProfile } from './agent.js';

export interface AgentFindings {
  problems: string[];
  warnings: string[];
}

/** One line each: `AGENT_FILE: what`. */
export function checkAgents(agents: readonly AgentProfile[], config: EngineConfig): AgentFindings {
  const found: AgentFindings = { problems: [], warnings: [] };
  const findings = {
    problem: (variable: string, what: string) => found.problems.push(`${variable}: ${what}`),
    warning: (variable: string, what: string) => found.warnings.push(`${variable}: ${what}`),
  };
  for (const { language, voiceId, keyterms, tools, settings } of agents) {
    const { listen, think, speak } = settings;
    const models = { stt: listen.model ?? null, llm: think.model ?? null, tts: speak.model ?? null };
    const needs = { language, hears: listen.language ?? null, voiceId, keyterms, models };
    for (const name of secretsIn(tools)) {
      if (!Object.hasOwn(config.tools.secrets, name))
        findings.problem('TOOL_SECRETS', `has no ${name}, which a tool of an agent sends`);
    }
    for (const name of VENDOR_NAMES) {
      vendor(name).checkAgent?.(config[name], needs, findings);
    }
  }
  return found;
}
