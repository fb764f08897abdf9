import { Argument, Command } from 'commander';
import type { Binary } from './commands.ts';
import { addHelp } from './help-text.ts';

const SCRIPTS = {
  bash: `_institution_sync() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :0) compopt -o default ;;
      :*) ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(institution-sync __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _institution_sync institution-sync
`,
  zsh: `#compdef institution-sync
_institution_sync() {
  local line tab="$(printf '\\t')"
  local -a candidates
  for line in "\${(@f)$(institution-sync __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case "$line" in
      :0) _files ;;
      :*) ;;
      *)
        line=\${line//:/\\\\:}
        candidates+=("\${line/$tab/:}")
        ;;
    esac
  done
  (( \${#candidates} )) && _describe 'institution-sync' candidates
}
compdef _institution_sync institution-sync
`,
  fish: `function __institution_sync_complete
    set -l words (commandline -opc)[2..] (commandline -ct)
    for line in (institution-sync __complete $words 2>/dev/null)
        switch $line
            case ':0'
                __fish_complete_path (commandline -ct)
            case ':*'
            case '*'
                echo $line
        end
    end
end
complete -c institution-sync -f -a '(__institution_sync_complete)'
`,
} as const;

/** kubectl asks an executable of this name for completions of the plugin, whatever the shell. */
const PLUGIN_SCRIPT = `#!/usr/bin/env sh
exec kubectl-isync __complete "$@"
`;

/** `completion`: a script for the shell, or for kubectl where this is its plugin. */
export function completionCommand(binary: Binary): Command {
  const command = new Command('completion');
  if (binary === 'kubectl-isync') {
    command.description(
      'Prints the script that completes the plugin. Save it as kubectl_complete-isync, executable, in a folder of the PATH; kubectl then uses it in every shell.',
    );
    return addHelp(command, {
      usage: '',
      examples: ['kubectl isync completion > ~/.local/bin/kubectl_complete-isync'],
    }).action(() => {
      process.stdout.write(PLUGIN_SCRIPT);
    });
  }
  command
    .description('Prints a script that completes commands and flags in a shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)));
  return addHelp(command, {
    usage: '<bash|zsh|fish>',
    examples: [
      'source <(institution-sync completion bash)',
      'institution-sync completion fish | source',
    ],
  }).action((shell: keyof typeof SCRIPTS) => {
    process.stdout.write(SCRIPTS[shell]);
  });
}
