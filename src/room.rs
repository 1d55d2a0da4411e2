//! Room for work that goes deep: what is written inside of what, and what is asked for by what.

/// Does work on a thread with much more room than a thread usually has.
pub(crate) fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    const ROOM: usize = 512 << 20;
    std::thread::scope(|scope| {
        let large = std::thread::Builder::new().stack_size(ROOM);
        match large.spawn_scoped(scope, work) {
            Ok(thread) => match thread.join() {
                Ok(value) => value,
                Err(panic) => std::panic::resume_unwind(panic),
            },
            Err(error) => std::panic::resume_unwind(Box::new(error.to_string())),
        }
    })
}
