/* man/complete-powershell.c - completions for PowerShell, on Windows and elsewhere */
#include <stdio.h>

#include "cli/cli.h"
#include "complete.h"

static const char before[] =
	"# PowerShell completion for inuse: put \". PATH/inuse.ps1\" into $PROFILE\n\n"
	"$InuseSystem = if ($env:OS -eq 'Windows_NT') { 'windows' } else { 'linux' }\n";

static const char after[] =
	"Register-ArgumentCompleter -Native -CommandName inuse, inuse.exe -ScriptBlock {\n"
	"\tparam($word, $ast, $cursor)\n\n"
	"\tfunction Candidate($text, $about) {\n"
	"\t\tif ($text -like \"$word*\") {\n"
	"\t\t\tif (-not $about) { $about = $text }\n"
	"\t\t\t[System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $about)\n"
	"\t\t}\n\t}\n"
	"\t# One column of what is listening or bound.\n"
	"\tfunction Rows($column) {\n"
	"\t\tinuse list -q -o $column tcp udp 2>$null | Where-Object { $_ -notmatch '^[-?(]|^$' } | Sort-Object -Unique\n"
	"\t}\n"
	"\t$words = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } |\n"
	"\t\tForEach-Object { \"$_\" } | Select-Object -Skip 1)\n"
	"\tif ($words -contains '--') { return }\n"
	"\t$given = @($words | Where-Object { $_ -notlike '-*' })\n"
	"\t$command = 'why'\n"
	"\tif ($given.Count) {\n"
	"\t\tif ($InuseAliases[$given[0]]) { $command = $InuseAliases[$given[0]] }\n"
	"\t\telseif ($InuseCommands.Contains($given[0])) { $command = $given[0] }\n"
	"\t}\n"
	"\t$last = if ($words.Count) { $words[-1] } else { '' }\n"
	"\t$option = $InuseOptions[$command] | Where-Object { $_.Value -and ($_.Name -eq $last -or $_.Letter -ceq $last) }\n"
	"\tif ($option) {\n"
	"\t\tswitch ($option.Value) {\n"
	"\t\t\t'running' { Rows program | ForEach-Object { Candidate $_ } }\n"
	"\t\t\t'units' { Rows unit | ForEach-Object { Candidate $_ } }\n"
	"\t\t\tdefault { $option.Choices | ForEach-Object { Candidate $_ } }\n"
	"\t\t}\n\t\treturn\n\t}\n"
	"\tif ($word -like '-*') {\n"
	"\t\t$InuseOptions[$command] | Where-Object { -not $_.On -or $_.On -eq $InuseSystem } |\n"
	"\t\t\tForEach-Object { Candidate $_.Name $_.About }\n"
	"\t\treturn\n\t}\n"
	"\tif (-not $given.Count -or $command -eq 'help') {\n"
	"\t\t$InuseCommands.GetEnumerator() | ForEach-Object { Candidate $_.Key $_.Value }\n"
	"\t}\n"
	"\tif ($command -eq 'help') { $InuseTopics | ForEach-Object { Candidate $_ }; return }\n"
	"\tif ($InuseTakes[$command] -eq 'target') {\n"
	"\t\tinuse list -q -o port,proto,program,dir tcp udp 2>$null | Sort-Object -Unique | ForEach-Object {\n"
	"\t\t\t$port, $proto, $rest = -split $_\n"
	"\t\t\tif ($proto -eq 'udp') { $port += '/udp' }\n"
	"\t\t\tCandidate $port \"$rest\"\n"
	"\t\t}\n\t}\n}\n";

static void put_text(const char *text)
{
	complete_quoted(text, "", "''");
}

static const char *value_of(const struct iu_command *command, int number)
{
	switch (complete_value(command, number)) {
	case COMPLETE_RUNNING: return "running";
	case COMPLETE_UNITS: return "units";
	case COMPLETE_NOTHING:
	case COMPLETE_CHOICES:
	case COMPLETE_INTERFACES:
	case COMPLETE_USERS:
	case COMPLETE_PROGRAM:
	case COMPLETE_FOLDER:
	case COMPLETE_FILE:
	case COMPLETE_COLUMNS:
	case COMPLETE_COLUMN:
	case COMPLETE_VALUES: break;
	}
	return "choices";
}

static void put_option(const struct iu_command *command, int number)
{
	const struct iu_option *option = iu_option_row(number);
	enum complete_value value = complete_value(command, number);

	printf("\t\t@{ Name = '--%s'; About = '", option->name);
	put_text(iu_option_help(command, number));
	putchar('\'');
	if (option->letter)
		printf("; Letter = '-%c'", option->letter);
	if (option->on)
		printf("; On = '%s'", option->on == IU_ON_WINDOWS ? "windows" : "linux");
	if (option->value != IU_VALUE_NONE) {
		printf("; Value = '%s'; Choices = @(", value_of(command, number));
		if (value == COMPLETE_CHOICES || value == COMPLETE_COLUMN || value == COMPLETE_COLUMNS) {
			putchar('\'');
			if (value == COMPLETE_CHOICES)
				complete_words(option->choices, "', '");
			else
				complete_columns("', '");
			putchar('\'');
		}
		putchar(')');
	}
	puts(" }");
}

static void put_names(const struct iu_command *const *commands, size_t count)
{
	puts("$InuseCommands = [ordered]@{");
	for (size_t c = 0; c < count; c++) {
		printf("\t'%s' = '", commands[c]->name);
		put_text(commands[c]->summary);
		puts("'");
	}
	puts("}\n$InuseAliases = @{");
	for (size_t c = 0; c < count; c++)
		for (size_t i = 0; i < IU_ALIASES_MAX && commands[c]->aliases[i]; i++)
			printf("\t'%s' = '%s'\n", commands[c]->aliases[i], commands[c]->name);
	puts("}\n$InuseTakes = @{");
	for (size_t c = 0; c < count; c++)
		if (commands[c]->takes == IU_OPERAND_TARGET || commands[c]->takes == IU_OPERAND_FILTER)
			printf("\t'%s' = 'target'\n", commands[c]->name);
	fputs("}\n$InuseTopics = @(", stdout);
	for (size_t i = 0; iu_help_topic(i); i++)
		printf("%s'%s'", i ? ", " : "", iu_help_topic(i));
	puts(")");
}

void complete_powershell(void)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	fputs(before, stdout);
	put_names(commands, count);
	puts("$InuseOptions = @{");
	for (size_t c = 0; c < count; c++) {
		printf("\t'%s' = @(\n", commands[c]->name);
		for (int i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
			if (iu_command_takes(commands[c], i))
				put_option(commands[c], i);
		puts("\t)");
	}
	puts("}\n");
	fputs(after, stdout);
}
