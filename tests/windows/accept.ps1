# The steps of docs/windows-acceptance.md that can be done by themselves, on a real Windows: one line each.
# NEVER RUN SO FAR: it was written without a Windows at hand.
#
#   powershell -ExecutionPolicy Bypass -File tests\windows\accept.ps1 -Programs FOLDER [-Change]
#
# FOLDER has inuse.exe, holder.exe and matrix.exe of one build. Elevated it does more; -Change allows what changes
# the machine (an excluded range, a port proxy rule, a task), each taken back at once. Exit code 1: a step failed.
param(
    [Parameter(Mandatory = $true)][string]$Programs,
    [switch]$Change
)
$ErrorActionPreference = 'Continue'
[Console]::OutputEncoding = [Text.Encoding]::UTF8
$inuse = (Resolve-Path (Join-Path $Programs 'inuse.exe')).Path
$holder = (Resolve-Path (Join-Path $Programs 'holder.exe')).Path
$matrix = (Resolve-Path (Join-Path $Programs 'matrix.exe')).Path
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$elevated = (New-Object Security.Principal.WindowsPrincipal $identity).IsInRole(
    [Security.Principal.WindowsBuiltInRole]::Administrator)
$work = Join-Path ([IO.Path]::GetTempPath()) ('inuse-accept-' + $PID)
$failed = 0
New-Item -ItemType Directory -Path $work | Out-Null

function Tell([int]$step, [bool]$good, [string]$what, [string]$seen) {
    if ($good) { Write-Output "ok $step - $what" }
    else {
        $script:failed++
        Write-Output "not ok $step - $what"
        if ($seen) { $seen -split "`r?`n" | ForEach-Object { Write-Output "# $_" } }
    }
}

function Pass([int]$step, [string]$what, [string]$why) { Write-Output "ok $step - $what # SKIP $why" }

# What a program prints, both streams, and its exit code.
function Ask([string[]]$words) {
    $text = & $inuse @words 2>&1 | Out-String
    New-Object PSObject -Property @{ Code = $LASTEXITCODE; Text = $text }
}

function Why([string[]]$words) {
    $text = & $inuse why --json @words 2>$null | Out-String
    New-Object PSObject -Property @{ Code = $LASTEXITCODE; Text = $text; Answer = ($text | ConvertFrom-Json) }
}

function Try-Bind([string[]]$words) { (& $holder @words try 2>$null | Out-String).Trim() }

# The helper while it holds a port; it ends by itself after two minutes.
function Hold([string[]]$words) {
    $out = Join-Path $work ('held-' + [Guid]::NewGuid().ToString('N'))
    $process = Start-Process -FilePath $holder -ArgumentList $words -PassThru -WindowStyle Hidden `
        -RedirectStandardOutput $out
    foreach ($i in 1..100) {
        if ((Get-Content $out -ErrorAction SilentlyContinue) -match '^ready') { break }
        Start-Sleep -Milliseconds 100
    }
    $process
}

function Drop($process) {
    if (-not $process.HasExited) { Stop-Process -Id $process.Id -Force -ErrorAction SilentlyContinue }
    $process.WaitForExit(10000) | Out-Null
}

Write-Output ('# ' + [Environment]::OSVersion.VersionString + $(if ($elevated) { ', elevated' } else { ', not elevated' }))

# 1: it starts, and the console's code page stays
$before = (& chcp.com) -replace '\D', ''
$said = Ask @('--version')
$after = (& chcp.com) -replace '\D', ''
Tell 1 ($said.Code -eq 0 -and $said.Text -match '^inuse \d' -and $before -eq $after) `
    "it starts, the code page stays $before" "$($said.Text) $before $after"

# 2: the bind table
$lines = & $matrix
Tell 2 ($LASTEXITCODE -eq 0) ('the bind table: ' + ($lines | Select-Object -Last 1)) `
    (($lines | Where-Object { $_ -like 'not ok*' }) -join "`n")

# 3: a holder
$held = Hold @('tcp', '127.0.0.1', '26310', 'D', 'listen')
$why = Why @('127.0.0.1:26310')
$who = $why.Answer.blockers[0].holders[0]
Tell 3 ($why.Code -eq 0 -and $who.pid -eq $held.Id -and $who.command.Count -eq 6 -and $who.user -and
    $why.Answer.verdict.errno -eq 10048 -and $why.Answer.blockers[0].since) `
    'who listens: pid, command line, user, since when' $why.Text
Drop $held

# 4: options of another process's socket
$told = @()
foreach ($option in 'D', 'R', 'E') {
    $held = Hold @('tcp', '127.0.0.1', '26311', $option, 'listen')
    $o = (Why @('--no-probe', '127.0.0.1:26311')).Answer.blockers[0].options
    $told += "$option reuseaddr=$($o.reuseaddr) exclusive=$($o.exclusive)"
    Drop $held
}
Tell 4 (($told -join ';') -eq 'D reuseaddr=False exclusive=False;R reuseaddr=True exclusive=False;E reuseaddr=False exclusive=True') `
    'SO_REUSEADDR and SO_EXCLUSIVEADDRUSE of other sockets are read' ($told -join "`n")

# 5: an exclusive socket of both stacks
$held = Hold @('tcp', '::', '26314', 'X', 'listen')
$tried = Try-Bind @('tcp', '127.0.0.1', '26314', 'D')
$why = Why @('--no-probe', '127.0.0.1:26314')
Tell 5 ($tried -eq 'error 10013' -and $why.Answer.verdict.errno -eq 10013) `
    "an exclusive [::] refuses IPv4: $tried" $why.Text
Drop $held

# 6: bound, not listening
$held = Hold @('tcp', '127.0.0.1', '26315', 'D', 'bound')
$why = Why @('--no-probe', '127.0.0.1:26315')
Tell 6 ($why.Answer.verdict.status -eq 'in-use' -and $why.Answer.verdict.cause -eq 'bound-not-listening' -and
    $why.Answer.blockers[0].holders[0].pid -eq $held.Id) 'a socket that is bound and does not listen' $why.Text
Drop $held

# 7: Windows itself
$why = Why @('445')
$plan = Ask @('free', '--dry-run', '445')
Tell 7 ($why.Code -eq 1 -or ($why.Answer.verdict.cause -eq 'kernel-socket' -and $plan.Code -eq 1)) `
    'port 445 is the kernel''s, and free leaves it alone' ($why.Text + $plan.Text)

# 8: a service in svchost
$why = Why @('135')
$who = $why.Answer.blockers[0].holders[0]
Tell 8 ($why.Answer.verdict.cause -eq 'service' -and (-not $elevated -or $who.user)) `
    "port 135: a service, its account is '$($who.user)'" $why.Text

# 9: HTTP.sys on behalf of a program
try {
    $listener = New-Object Net.HttpListener
    $listener.Prefixes.Add('http://localhost:26380/')
    $listener.Start()
    $why = Why @('26380')
    Tell 9 ($why.Answer.verdict.cause -eq 'http-sys') `
        "a URL of HTTP.sys: $($why.Answer.verdict.headline)" $why.Text
    $listener.Close()
} catch { Pass 9 'a URL of HTTP.sys' "no HttpListener here: $($_.Exception.Message)" }

# 10: an excluded range of the system
$range = & netsh.exe int ipv4 show excludedportrange protocol=tcp |
    Where-Object { $_ -match '^\s*(\d+)\s+(\d+)\s*$' } | Select-Object -First 1
if ($range -match '^\s*(\d+)\s+(\d+)\s*$') {
    $port = $Matches[1]
    $why = Why @($port)
    $tried = Try-Bind @('tcp', '0.0.0.0', $port, 'D')
    Tell 10 ($why.Code -eq 0 -and $tried -eq "error $($why.Answer.verdict.errno)") `
        "an excluded port, ${port}: $tried, $($why.Answer.verdict.cause)" $why.Text
} else { Pass 10 'an excluded range of the system' 'there is none' }

# 11: a range excluded by hand
if ($elevated -and $Change) {
    & netsh.exe int ipv4 add excludedportrange protocol=tcp startport=26390 numberofports=2 store=active | Out-Null
    $why = Why @('26391')
    & netsh.exe int ipv4 delete excludedportrange protocol=tcp startport=26390 numberofports=2 store=active | Out-Null
    Tell 11 ($why.Code -eq 1) 'a range excluded by hand does not stop a bind()' $why.Text
} else { Pass 11 'a range excluded by hand' 'needs an elevated prompt and -Change' }

# 12: a rule of the port proxy
if ($elevated -and $Change) {
    & netsh.exe interface portproxy add v4tov4 listenport=26395 listenaddress=127.0.0.1 connectport=80 connectaddress=127.0.0.1 | Out-Null
    Start-Sleep -Seconds 1
    $why = Why @('127.0.0.1:26395')
    $done = Ask @('free', '--yes', '127.0.0.1:26395')
    $left = (& netsh.exe interface portproxy show all | Out-String) -match '26395'
    if ($left) { & netsh.exe interface portproxy delete v4tov4 listenport=26395 listenaddress=127.0.0.1 | Out-Null }
    Tell 12 ($why.Answer.verdict.cause -eq 'port-proxy' -and $done.Code -eq 0 -and -not $left) `
        'a port proxy rule is named and deleted' ($why.Text + $done.Text)
} else { Pass 12 'a rule of the port proxy' 'needs an elevated prompt and -Change' }

# 13: the scope of a link-local address
$address = Get-NetIPAddress -AddressFamily IPv6 -ErrorAction SilentlyContinue |
    Where-Object { $_.IPAddress -like 'fe80*' -and $_.AddressState -eq 'Preferred' } | Select-Object -First 1
if ($address) {
    $socket = New-Object Net.Sockets.Socket 'InterNetworkV6', 'Stream', 'Tcp'
    $socket.Bind((New-Object Net.IPEndPoint ([Net.IPAddress]::Parse($address.IPAddress)), 26316))
    $socket.Listen(5)
    $why = Why @('--no-probe', "[$($address.IPAddress)]:26316")
    Tell 13 ($why.Answer.verdict.status -eq 'in-use' -and $why.Answer.blockers[0].holders[0].pid -eq $PID) `
        "a link-local address: $($why.Answer.blockers[0].address)" $why.Text
    $socket.Close()
} else { Pass 13 'the scope of a link-local address' 'this machine has none' }

# 14: both stacks beside IPv4; what the system says is written down, and must not be contradicted
$held = Hold @('tcp', '0.0.0.0', '26317', 'D', 'listen')
$tried = Try-Bind @('tcp', '::', '26317', 'B')
$why = Why @('--no-probe', '[::]:26317')
Tell 14 ($why.Answer.verdict.status -eq 'unknown' -or "error $([int]$why.Answer.verdict.errno)" -eq $tried) `
    "both stacks beside 0.0.0.0: $tried, inuse says $($why.Answer.verdict.status)" $why.Text
Drop $held

# 15: a process of another account
if ($elevated -and $Change) {
    & schtasks.exe /create /tn inuse-accept /sc once /st 00:00 /f /ru SYSTEM /tr "`"$holder`" tcp 0.0.0.0 26318 D listen" | Out-Null
    & schtasks.exe /run /tn inuse-accept | Out-Null
    Start-Sleep -Seconds 2
    $why = Why @('26318')
    $plan = Ask @('free', '--dry-run', '26318')
    $done = Ask @('free', '--yes', '--force', '26318')
    & schtasks.exe /delete /tn inuse-accept /f | Out-Null
    Tell 15 ($why.Answer.blockers[0].holders[0].user -match 'SYSTEM' -and $plan.Code -eq 1 -and
        $plan.Text -match 'it belongs to another account' -and $done.Code -eq 0) `
        'another account''s process is left alone without --force' ($why.Text + $plan.Text + $done.Text)
} else { Pass 15 'a process of another account' 'needs an elevated prompt and -Change' }

# 16: Defender has nothing to say about it
$since = Get-Date
& $inuse list | Out-Null
try {
    $alerts = Get-WinEvent -ErrorAction Stop -MaxEvents 50 -FilterHashtable @{
        LogName = 'Microsoft-Windows-Windows Defender/Operational'; Id = 1116, 1121, 1122; StartTime = $since } |
        Where-Object { $_.Message -match 'inuse' }
} catch { $alerts = $null }
Tell 16 (-not $alerts) 'Defender says nothing about inuse list' ($alerts | Out-String)

Pass 17 'a program in a console of its own ends by Ctrl-C' 'by hand: a shortcut is double-clicked'

# 18: a console that is shared
$held = Start-Process -FilePath $holder -ArgumentList 'tcp', '127.0.0.1', '26321', 'D', 'listen' -PassThru -NoNewWindow
Start-Sleep -Seconds 1
$done = Ask @('free', '--yes', '--grace', '1', '127.0.0.1:26321')
Tell 18 ($done.Code -eq 1 -and -not $held.HasExited) 'who shares our console is left alone without --force' $done.Text
Drop $held

Pass 19 'Ctrl-C ends wait, and the console is what it was' 'by hand'

# 20: batch files
$place = Join-Path $work 'with blanks'
New-Item -ItemType Directory -Path $place | Out-Null
$file = Join-Path $place 'say.cmd'
[IO.File]::WriteAllText($file, "@echo [%1] [%2]`r`n")
$ran = Ask @('run', '--', $file, 'a b', 'c')
$refused = Ask @('run', '--', $file, 'a&b')
Tell 20 ($ran.Text -match '\["a b"\] \[c\]' -and $refused.Code -eq 126 -and
    $refused.Text -match 'which cmd.exe would read as its own') 'a batch file gets its arguments as they are, or is refused' `
    ($ran.Text + $refused.Text)

# 21: a library beside the program
$place = Join-Path $work 'planted'
New-Item -ItemType Directory -Path $place | Out-Null
Copy-Item $inuse $place
foreach ($name in 'iphlpapi.dll', 'dhcpcsvc.dll', 'httpapi.dll', 'wevtapi.dll', 'version.dll') {
    Copy-Item (Join-Path $env:windir 'System32\msvcrt.dll') (Join-Path $place $name)
}
& (Join-Path $place 'inuse.exe') why 26310 | Out-Null
Tell 21 ($LASTEXITCODE -eq 1) 'libraries that lie beside it are not taken' "exit $LASTEXITCODE"

# 22: what others may write is not believed
if ($elevated) {
    $folder = Join-Path $env:ProgramData 'inuse'
    if (Test-Path $folder) { Pass 22 'what others may write' "$folder is there already" }
    else {
        New-Item -ItemType Directory -Path $folder | Out-Null
        [IO.File]::WriteAllText((Join-Path $folder 'disabled-services'), "auto RemoteRegistry`r`n")
        $was = (Get-Service RemoteRegistry).StartType
        $undone = Ask @('free', '--undo')
        Remove-Item -Recurse $folder
        Tell 22 ((Get-Service RemoteRegistry).StartType -eq $was -and $undone.Text -notmatch 'RemoteRegistry') `
            'a list of services that anybody may write is not read' $undone.Text
    }
} else { Pass 22 'what others may write is not believed' 'needs an elevated prompt' }

Remove-Item -Recurse -Force $work -ErrorAction SilentlyContinue
Write-Output "1..22"
Write-Output "# $failed failed"
exit [int]($failed -gt 0)
