// Every page works without this script; each module only adds to what is there.
import { startAttempt } from "./attempt/autosave.js";
import { startReplay } from "./attempt/replay.js";
import { startChecks } from "./checks.js";
import { startForms } from "./forms.js";
import { startNotes } from "./notes.js";

document.documentElement.classList.add("js");
startForms();
startChecks();
startNotes();
startAttempt();
startReplay();
