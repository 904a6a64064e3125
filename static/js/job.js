// Shows how far a background job is. Without it, the page's link does the same.

const ASK_EVERY = 2000;
const TIMEOUT = 10_000;
const place = document.querySelector("[data-job]");

/** Which quarter has been passed: a screen reader is told of these, not of every step. */
function quarter({ done, total }) {
  return total ? Math.floor((4 * done) / total) : 0;
}

function follow() {
  const words = place.querySelector("[data-job-words]");
  const spoken = place.querySelector("[data-job-spoken]");
  const bar = place.querySelector("progress");
  let last = { state: "", quarter: 0 };

  function show(job) {
    words.textContent = job.words;
    if (job.total) {
      bar.max = job.total;
      bar.value = job.done;
    }
    const now = { state: job.state, quarter: quarter(job) };
    if (last.state && (now.state !== last.state || now.quarter !== last.quarter)) spoken.textContent = job.words;
    last = now;
  }

  async function ask() {
    try {
      const response = await fetch(place.dataset.job, {
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(TIMEOUT),
      });
      if (response.status === 401 || response.status === 404) return location.reload();
      if (response.ok) {
        const job = await response.json();
        if (job.is_over) return location.reload();
        show(job);
      }
    } catch {
      // No network for now; the next question may get through.
    }
    setTimeout(ask, ASK_EVERY);
  }

  ask();
}

if (place) follow();
