// Plays HLS where the browser cannot: loaded by the video block when somebody starts such a film.
import Hls from "hls.js/light";

(window as unknown as { LyceumHls: typeof Hls }).LyceumHls = Hls;
