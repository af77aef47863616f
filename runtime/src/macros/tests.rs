use crate::sync::testing::{at_once, poll_once};
use std::{
    cell::{Cell, RefCell},
    future::{pending, poll_fn, ready},
    pin::pin,
    rc::Rc,
    task::Poll,
};

/// Ready at its second poll.
async fn later<T>(value: T) -> T {
    let mut polled = false;
    poll_fn(|_| {
        let ready = std::mem::replace(&mut polled, true);
        if ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    value
}

#[test]
fn join_waits_for_all_futures_and_keeps_their_order() {
    let mut joined = pin!(async { crate::join!(later(1), ready("two"), later([3])) });
    assert!(poll_once(joined.as_mut()).is_pending());
    assert_eq!(poll_once(joined), Poll::Ready((1, "two", [3])));
    assert_eq!(at_once(async { crate::join!(ready(1),) }), (1,));
}

#[test]
fn join_begins_each_poll_with_the_next_future() {
    let order = RefCell::new(Vec::new());
    let noted = |name: char| {
        let order = &order;
        poll_fn(move |_| {
            order.borrow_mut().push(name);
            Poll::<()>::Pending
        })
    };
    let mut joined = pin!(async { crate::join!(noted('a'), noted('b'), noted('c')) });
    for _ in 0..3 {
        assert!(poll_once(joined.as_mut()).is_pending());
    }
    assert_eq!(order.borrow().iter().collect::<String>(), "abcbcacab");
}

#[test]
fn join_does_not_poll_a_finished_future_again() {
    let polls = Cell::new(0);
    let counted = poll_fn(|_| {
        polls.set(polls.get() + 1);
        Poll::Ready(())
    });
    let mut joined = pin!(async { crate::join!(counted, later(())) });
    assert!(poll_once(joined.as_mut()).is_pending());
    assert!(poll_once(joined).is_ready());
    assert_eq!(polls.get(), 1);
}

#[test]
fn try_join_returns_all_values_or_the_first_error() {
    let all = async { crate::try_join!(ready(Ok::<_, &str>(1)), ready(Ok("two"))) };
    assert_eq!(at_once(all), Ok((1, "two")));
    let dropped = Rc::new(());
    let held = Rc::clone(&dropped);
    let never = async move {
        pending::<()>().await;
        drop(held);
        Ok(())
    };
    let fails = async { crate::try_join!(never, ready(Err::<(), _>("no"))) };
    assert_eq!(at_once(fails), Err("no"));
    assert_eq!(Rc::strong_count(&dropped), 1);
}

#[test]
fn select_runs_the_branch_that_is_ready() {
    let chosen = at_once(async {
        crate::select! {
            () = pending() => "never",
            number = ready(7) => {
                assert_eq!(number, 7);
                "seven"
            }
        }
    });
    assert_eq!(chosen, "seven");
}

#[test]
fn select_is_fair_and_biased_select_is_not() {
    let fair = at_once(async {
        let mut chosen = [0; 3];
        for _ in 0..300 {
            let place: usize = crate::select! {
                () = ready(()) => 0,
                () = ready(()) => 1,
                () = ready(()) => 2,
            };
            chosen[place] += 1;
        }
        chosen
    });
    assert!(
        fair.iter().all(|&times| (95..=105).contains(&times)),
        "{fair:?}"
    );
    for _ in 0..10 {
        let first = at_once(async {
            crate::select! {
                biased;
                () = ready(()) => true,
                () = ready(()) => false,
            }
        });
        assert!(first);
    }
}

#[test]
fn select_is_fair_to_loops_that_select_twice() {
    at_once(async {
        let mut chosen = [[0; 2]; 2];
        for _ in 0..100 {
            for times in &mut chosen {
                crate::select! {
                    () = ready(()) => times[0] += 1,
                    () = ready(()) => times[1] += 1,
                }
            }
        }
        assert!(
            chosen
                .iter()
                .flatten()
                .all(|times| (45..=55).contains(times)),
            "{chosen:?}"
        );
    });
}

#[test]
fn a_branch_is_disabled_by_a_false_condition_or_a_pattern_that_does_not_match() {
    at_once(async {
        let chosen = crate::select! {
            biased;
            Some(number) = ready(None::<i32>) => number,
            number = ready(1), if false => number,
            Ok(mut number) = ready(Ok::<_, ()>(2)) => { number += 1; number },
        };
        assert_eq!(chosen, 3);
        let otherwise = crate::select! {
            Some(number) = ready(None) => number,
            else => 9,
        };
        assert_eq!(otherwise, 9);
    });
}

#[test]
#[should_panic(expected = "all branches of a select! are disabled")]
fn select_panics_if_all_branches_are_disabled_and_there_is_no_else() {
    at_once(async {
        crate::select! {
            Some(()) = ready(None) => (),
        }
    });
}

#[test]
fn a_pattern_that_does_not_match_moves_nothing_out_of_the_value() {
    let value = Rc::new(());
    let other = Rc::clone(&value);
    at_once(async {
        crate::select! {
            (Some(_taken), false) = ready((Some(other), true)) => unreachable!(),
            else => (),
        }
    });
    assert_eq!(Rc::strong_count(&value), 1);
}

#[test]
fn the_code_of_a_branch_runs_after_all_futures_were_dropped() {
    let (sender, mut receiver) = crate::sync::mpsc::unbounded_channel();
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    at_once(async {
        crate::select! {
            Some(first) = receiver.recv() => {
                // The branch borrowed the receiver, and has released it.
                assert_eq!(receiver.recv().await, Some(first + 1));
            }
        }
    });
}

#[test]
fn the_code_of_a_branch_may_break_return_and_use_the_question_mark() {
    let found = at_once(async {
        let mut rounds = 0;
        loop {
            rounds += 1;
            crate::select! {
                () = ready(()), if rounds == 3 => break,
                () = ready(()), if rounds > 3 => return Err("too far"),
                else => {}
            }
        }
        let value: i32 = crate::select! {
            value = ready("7".parse()) => value.map_err(|_| "no number")?,
        };
        Ok(rounds + value)
    });
    assert_eq!(found, Ok(10));
}

#[test]
fn race_returns_the_first_output() {
    assert_eq!(
        at_once(async { crate::race!(pending(), ready(1), pending()) }),
        1
    );
}

#[test]
fn a_pinned_future_is_polled_by_reference_and_continues() {
    let (one, other) = (later(1), later("two"));
    crate::pin!(one, other);
    assert!(poll_once(one.as_mut()).is_pending());
    assert_eq!(poll_once(one), Poll::Ready(1));
    assert!(poll_once(other.as_mut()).is_pending());
    assert_eq!(at_once(&mut other), "two");
    crate::pin! {
        let named = later(3);
        let given = ready(4);
    }
    assert!(poll_once(named.as_mut()).is_pending());
    assert_eq!(at_once(named), 3);
    assert_eq!(at_once(given), 4);
}

#[test]
fn a_pattern_of_select_may_borrow_the_output() {
    at_once(async {
        let length = crate::select! {
            Some(ref mut word) = ready(Some(String::from("two"))) => {
                word.push('!');
                word.len()
            }
        };
        assert_eq!(length, 4);
        let length = crate::select! {
            Some(ref word) = ready(Some(String::from("one"))) => word.len(),
        };
        assert_eq!(length, 3);
    });
}

#[test]
fn a_future_of_select_may_borrow_a_temporary() {
    at_once(async {
        crate::select! {
            () = &mut ready(()) => {}
            () = &mut pending() => unreachable!(),
        }
    });
}

#[test]
fn a_select_with_only_an_else_runs_it() {
    assert_eq!(
        at_once(async {
            crate::select! { else => 1 }
        }),
        1
    );
    assert_eq!(
        at_once(async {
            crate::select! { biased; else => 2, }
        }),
        2
    );
}

#[test]
fn a_select_may_have_64_branches() {
    let chosen = at_once(async {
        crate::select! {
            () = pending() => 0,
            () = pending() => 1,
            () = pending() => 2,
            () = pending() => 3,
            () = pending() => 4,
            () = pending() => 5,
            () = pending() => 6,
            () = pending() => 7,
            () = pending() => 8,
            () = pending() => 9,
            () = pending() => 10,
            () = pending() => 11,
            () = pending() => 12,
            () = pending() => 13,
            () = pending() => 14,
            () = pending() => 15,
            () = pending() => 16,
            () = pending() => 17,
            () = pending() => 18,
            () = pending() => 19,
            () = pending() => 20,
            () = pending() => 21,
            () = pending() => 22,
            () = pending() => 23,
            () = pending() => 24,
            () = pending() => 25,
            () = pending() => 26,
            () = pending() => 27,
            () = pending() => 28,
            () = pending() => 29,
            () = pending() => 30,
            () = pending() => 31,
            () = pending() => 32,
            () = pending() => 33,
            () = pending() => 34,
            () = pending() => 35,
            () = pending() => 36,
            () = pending() => 37,
            () = pending() => 38,
            () = pending() => 39,
            () = pending() => 40,
            () = pending() => 41,
            () = pending() => 42,
            () = pending() => 43,
            () = pending() => 44,
            () = pending() => 45,
            () = pending() => 46,
            () = pending() => 47,
            () = pending() => 48,
            () = pending() => 49,
            () = pending() => 50,
            () = pending() => 51,
            () = pending() => 52,
            () = pending() => 53,
            () = pending() => 54,
            () = pending() => 55,
            () = pending() => 56,
            () = pending() => 57,
            () = pending() => 58,
            () = pending() => 59,
            () = pending() => 60,
            () = pending() => 61,
            () = pending() => 62,
            () = ready(()) => 63,
        }
    });
    assert_eq!(chosen, 63);
}

#[test]
fn a_biased_join_polls_in_the_written_order() {
    let order = RefCell::new(String::new());
    let noted = |name: char| {
        let order = &order;
        poll_fn(move |_| {
            order.borrow_mut().push(name);
            Poll::<Result<(), ()>>::Pending
        })
    };
    let mut joined = pin!(async { crate::join!(biased; noted('a'), noted('b')) });
    for _ in 0..3 {
        assert!(poll_once(joined.as_mut()).is_pending());
    }
    let mut joined = pin!(async { crate::try_join!(biased; noted('c'), noted('d'),) });
    for _ in 0..3 {
        assert!(poll_once(joined.as_mut()).is_pending());
    }
    assert_eq!(*order.borrow(), "abababcdcdcd");
}

#[test]
fn a_join_without_futures_is_ready_at_once() {
    at_once(async {
        crate::join!();
        crate::join!(biased;);
    });
    assert_eq!(at_once(async { crate::try_join!() }), Ok::<_, ()>(()));
    let biased = at_once(async { crate::try_join!(biased;) });
    assert_eq!(biased, Ok::<_, ()>(()));
}

#[test]
fn a_pattern_of_select_may_be_an_alternative_or_a_reference() {
    at_once(async {
        let number = crate::select! {
            Ok(number) | Err(number) = ready(Err::<u8, u8>(3)) => number,
        };
        assert_eq!(number, 3);
        let four = 4;
        let length = crate::select! {
            &length = ready(&four), if true => { length }
        };
        assert_eq!(length, 4);
    });
}
